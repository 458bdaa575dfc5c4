/** An entry of a log for people. */

/** Fields that the message has already. */
const IN_MESSAGE = ["level", "time", "message", "step", "blockNumber", "blockNumbers", "code"];
/** What a terminal would take for a command; line breaks stay, for stack traces. */
// eslint-disable-next-line no-control-regex -- these characters are what is removed
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** @param json - An entry as a line of JSON. */
export function toTextLine(json: string): string {
  const entry = JSON.parse(json) as { time: string; level: string; message: string };
  const { time, level, message } = entry;
  const facts = Object.entries(entry)
    .filter(([name]) => !IN_MESSAGE.includes(name))
    .map(
      ([name, value]) => ` ${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
    );
  const mark = level === "error" ? "ERROR " : "";
  const text = `${time.slice(11, 19)} ${mark}${message}${facts.length > 0 ? ` ${facts.join("")}` : ""}`;
  return `${text.replaceAll(CONTROL_CHARACTERS, " ")}\n`;
}
