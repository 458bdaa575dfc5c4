import { expect } from "chai";
import { StatusLine } from "../../src/logs/status-line.ts";

function createLine(columns = 20) {
  const written: string[] = [];
  const terminal = { columns, write: (text: string) => void written.push(text) };
  let text = "first";
  const line = new StatusLine(terminal, () => text, 1e6);
  const show = (next: string) => {
    text = next;
    line.update();
  };
  return { written, terminal, line, show };
}

describe("logs: the status line of a terminal", () => {
  it("writes each state in one piece over the one before, and none twice", () => {
    const { written, line, show } = createLine();
    show("second");
    show("second");
    expect(written).to.deep.equal(["\rfirst\u001b[K", "\rsecond\u001b[K"]);
    line.close();
  });

  it("writes the log above the line", () => {
    const { written, terminal, line } = createLine();
    line.above(() => terminal.write("log\n"));
    expect(written.slice(1)).to.deep.equal(["\r\u001b[K", "log\n", "first"]);
    line.close();
  });

  it("fits into the terminal", () => {
    const { written, line, show } = createLine(10);
    show("0123456789abc");
    expect(written.at(-1)).to.equal("\r01234567…\u001b[K");
    line.close();
  });

  it("leaves nothing behind", () => {
    const { written, terminal, line } = createLine();
    line.close();
    expect(written.at(-1)).to.equal("\r\u001b[K");
    line.above(() => terminal.write("log\n"));
    expect(written.at(-1)).to.equal("log\n");
  });
});
