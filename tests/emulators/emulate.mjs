// Starts the Slack of npm's `emulate` (vercel-labs) on a port, and subscribes an address to its events.
// The emulator is as published. Its package has no setting for a subscription; its own tests make theirs as here, with
// the dispatcher that its server hands to the Slack plugin.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, given] = process.argv.slice(2);
const { port, eventsUrl, seed } = JSON.parse(given);
const dist = join(modules, "emulate", "dist");
const load = (name) => import(pathToFileURL(join(dist, name)).href);

const home = readdirSync(dist).find(
  (name) => name.endsWith(".js") && /^ {2}slackPlugin,?$/m.test(readFileSync(join(dist, name), "utf8")),
);
if (!home) throw new Error(`no slackPlugin in ${dist}: this version of emulate is built another way`);
const { slackPlugin } = await load(home);
const { createEmulator } = await load("api.js");

const register = slackPlugin.register;
let dispatcher;
slackPlugin.register = function (app, store, webhooks, ...rest) {
  dispatcher = webhooks;
  return register.call(this, app, store, webhooks, ...rest);
};
await createEmulator({ service: "slack", port, seed: { slack: seed } });
dispatcher.register({ url: eventsUrl, events: ["*"], active: true, owner: "slack" });
console.log("emulate.ready");
