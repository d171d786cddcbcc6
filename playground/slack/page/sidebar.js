/** The list beside the messages: channels, direct messages, and who the page acts as. */
import { fill, h, icon, unseen } from "./dom.js";
import { avatar } from "./render/avatar.js";
import { unread } from "./seen.js";

export function drawSidebar(nav, page) {
  const { store, t } = page;
  const all = [...store.conversations.values()].filter((one) => one.members.includes(store.me));
  const channels = all.filter((one) => one.kind === "channel" || one.kind === "private").sort(byName(store));
  const direct = all.filter((one) => one.kind === "im" || one.kind === "mpim").sort((one, other) => Number(other.is_bot_dm) - Number(one.is_bot_dm) || byName(store)(one, other));
  const bot = store.person(store.bot?.user_id);
  const noBotYet = bot && !direct.some((one) => one.is_bot_dm);
  const focused = nav.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  fill(nav,
    group("channels", t("channels"), channels.map((one) => entry(one, page))),
    group("dms", t("dms"), [
      noBotYet ? h("li", {}, row(page, { key: "bot", sign: avatar(bot, "small"), name: store.name(bot.id), tag: t("app"), press: () => page.openBot() })) : null,
      ...direct.map((one) => entry(one, page)),
    ]));
  if (focused) nav.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

function group(id, name, rows) {
  return [h("h2", { id: `nav-${id}` }, name), h("ul", { "aria-labelledby": `nav-${id}` }, ...rows)];
}

function byName(store) {
  return (one, other) => store.conversationName(one).localeCompare(store.conversationName(other));
}

function entry(conversation, page) {
  const { store } = page;
  const direct = conversation.kind === "im" || conversation.kind === "mpim";
  const other = direct ? store.person(conversation.with) : null;
  const sign = direct ? avatar(other, "small") : h("span", { class: "hash", "aria-hidden": "true" }, conversation.kind === "private" ? icon("lock") : "#");
  const open = page.view.channel === conversation.id;
  return h("li", {}, row(page, {
    key: conversation.id, sign, name: store.conversationName(conversation), open,
    tag: conversation.is_bot_dm ? page.t("app") : null,
    note: conversation.kind === "private" ? page.t("private") : null,
    fresh: open ? 0 : unread(store.me, conversation.id, store.roots(conversation.id)),
    press: () => (conversation.is_bot_dm ? page.openBot() : page.openChannel(conversation.id)),
  }));
}

function row(page, { key, sign, name, open, tag, note, fresh, press }) {
  return h("button", { type: "button", class: fresh ? "nav-row fresh" : "nav-row", "aria-current": open ? "page" : null, title: name, data: { key }, on: { click: press } },
    sign, h("span", { class: "nav-name" }, name),
    tag ? h("span", { class: "tag" }, tag) : null,
    note ? unseen(`, ${note}`) : null,
    fresh ? h("span", { class: "badge" }, h("span", { "aria-hidden": "true" }, String(fresh)), unseen(`, ${page.t("unread", { count: fresh })}`)) : null);
}
