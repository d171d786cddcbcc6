/** The emoji short codes that our bot and common answers use; any other `:code:` stays as it was written. */

const SIGNS = {
  white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", warning: "⚠️", information_source: "ℹ️", wave: "👋", tada: "🎉",
  rocket: "🚀", eyes: "👀", hourglass: "⌛", hourglass_flowing_sand: "⏳", clock1: "🕐", alarm_clock: "⏰", bulb: "💡",
  mag: "🔍", memo: "📝", page_facing_up: "📄", paperclip: "📎", link: "🔗", lock: "🔒", key: "🔑", gear: "⚙️", wrench: "🔧",
  robot_face: "🤖", speech_balloon: "💬", thread: "🧵", dash: "💨", wind_blowing_face: "🌬️", sunny: "☀️", calendar: "📅",
  chart_with_upwards_trend: "📈", bug: "🐛", fire: "🔥", heart: "❤️", smile: "😄", slightly_smiling_face: "🙂", thinking_face: "🤔",
  thumbsup: "👍", "+1": "👍", thumbsdown: "👎", "-1": "👎", pray: "🙏", raised_hands: "🙌", point_right: "👉", sparkles: "✨",
  moneybag: "💰", credit_card: "💳", receipt: "🧾", toolbox: "🧰", hammer_and_wrench: "🛠️", computer: "💻", globe_with_meridians: "🌐",
  books: "📚", mortar_board: "🎓", microscope: "🔬", art: "🎨", telephone_receiver: "📞", busts_in_silhouette: "👥", detective: "🕵️",
  newspaper: "📰", scales: "⚖️", package: "📦", bell: "🔔", compass: "🧭", abacus: "🧮", technologist: "🧑‍💻", raising_hand: "🙋",
  bar_chart: "📊", incoming_envelope: "📨", clipboard: "📋", truck: "🚚", bellhop_bell: "🛎️",
  octagonal_sign: "🛑", no_entry: "⛔", arrow_right: "➡️", red_circle: "🔴", large_green_circle: "🟢", large_yellow_circle: "🟡",
};

export function emoji(text) {
  return text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => SIGNS[name] ?? whole);
}
