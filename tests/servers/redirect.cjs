// Preloaded into other people's MCP servers, whose vendors' addresses are fixed in their code.
// SERVERS_REDIRECT is JSON: {"https://api.example.com": "http://127.0.0.1:9000", …}. What begins with one of these goes
// to the other; whatever is not on this machine then is refused, so that no test can reach a vendor.
const redirects = Object.entries(JSON.parse(process.env.SERVERS_REDIRECT ?? "{}"));
const plain = globalThis.fetch;

function redirected(address) {
  const [from, to] = redirects.find(([prefix]) => address.startsWith(prefix)) ?? ["", ""];
  const url = new URL(to + address.slice(from.length));
  if (url.hostname !== "127.0.0.1") throw new TypeError(`a test must not call ${url.origin}`);
  return url;
}

globalThis.fetch = async (input, options) =>
  input instanceof Request
    ? plain(new Request(redirected(input.url), input), options)
    : plain(redirected(String(input)), options);
