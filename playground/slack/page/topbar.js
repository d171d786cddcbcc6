/** The bar on top: whose workspace this is, whether the bot is there, and the way to the traffic. */
import { fill, h, icon, unseen } from "./dom.js";
import { mark } from "./render/avatar.js";

export class TopBar {
  constructor(home, page) {
    this.page = page;
    this.menu = h("button", { type: "button", class: "tool menu-button", "aria-controls": "sidebar", on: { click: () => page.toggleSidebar(!page.view.sidebar) } });
    this.name = h("h1");
    this.about = h("p", { class: "brand-about" });
    this.bot = h("p", { class: "bot-state" });
    this.traffic = h("button", { type: "button", class: "control plain small traffic-button", "aria-controls": "traffic", on: { click: () => page.toggleTraffic(!page.view.traffic) } });
    home.append(this.menu, h("span", { class: "brand-mark", "aria-hidden": "true" }, mark()), h("div", { class: "brand-words" }, this.name, this.about), h("span", { class: "spring" }), this.bot, this.traffic);
  }

  draw() {
    const { store, view, t } = this.page;
    fill(this.menu, icon("menu"), unseen(t(view.sidebar ? "menu.close" : "menu")));
    this.menu.setAttribute("aria-expanded", String(view.sidebar));
    fill(this.name, store.team?.name ?? "Threadwind");
    fill(this.about, t("workspace.is"));
    const bot = store.name(store.bot?.user_id) ?? "";
    const words = !store.online ? t("offline") : t(store.bot?.connected ? "bot.connected" : "bot.away", { bot });
    this.bot.className = `bot-state ${store.online && store.bot?.connected ? "there" : "away"}`;
    if (this.bot.dataset.words !== words) {
      this.bot.dataset.words = words;
      fill(this.bot, h("span", { class: "lamp" }, icon(store.online && store.bot?.connected ? "check" : "cross")), h("span", {}, words));
    }
    fill(this.traffic, icon("traffic"), h("span", {}, t("traffic")));
    this.traffic.setAttribute("aria-expanded", String(view.traffic));
    this.traffic.title = t(view.traffic ? "traffic.close" : "traffic.open");
  }
}
