/** Times as people read them: by the locale of the person who looks, in the browser's time zone. */

const formats = new Map();

function format(locale, options) {
  const key = `${locale} ${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale, options));
  return formats.get(key);
}

/** The moment of a Slack `ts` such as `1790000000.000100`. */
export function dateOf(ts) {
  return new Date(Number.parseFloat(ts) * 1000);
}

export function clock(ts, locale) {
  return format(locale, { hour: "numeric", minute: "2-digit" }).format(dateOf(ts));
}

export function moment(ts, locale) {
  return format(locale, { weekday: "long", day: "numeric", month: "long", hour: "numeric", minute: "2-digit", second: "2-digit" }).format(dateOf(ts));
}

export function sameDay(one, other) {
  return dateOf(one).toDateString() === dateOf(other).toDateString();
}

/** "Today", "Yesterday" or the date, for the line between two days. */
export function dayName(ts, locale, t, now = new Date()) {
  const date = dateOf(ts);
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  if (date.toDateString() === now.toDateString()) return t("today");
  if (date.toDateString() === yesterday.toDateString()) return t("yesterday");
  const year = date.getFullYear() === now.getFullYear() ? {} : { year: "numeric" };
  return format(locale, { weekday: "long", day: "numeric", month: "long", ...year }).format(date);
}

export function byteSize(bytes, locale, t) {
  const units = t("bytes.units").split(" ");
  let size = Number(bytes) || 0;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: unit && size < 10 ? 1 : 0 }).format(size)}\u00a0${units[unit]}`;
}

const DATE_PARTS = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  date_pretty: { year: "numeric", month: "long", day: "numeric" },
  date_short_pretty: { year: "numeric", month: "short", day: "numeric" },
  date_long_pretty: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  time: { hour: "numeric", minute: "2-digit" },
  time_secs: { hour: "numeric", minute: "2-digit", second: "2-digit" },
};

/** The text of Slack's `<!date^seconds^format|…>`, or null when the moment is none. */
export function dateToken(seconds, pattern, locale) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return null;
  return pattern.replace(/\{(\w+)\}/g, (whole, part) => (part in DATE_PARTS ? format(locale, DATE_PARTS[part]).format(date) : whole));
}
