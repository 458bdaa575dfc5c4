/** Starts the pages: reads their configuration, connects to the node, and renders. */
import { render } from "preact";
import { App } from "./app/app.tsx";
import { offerInConsole } from "./app/console.ts";
import { Framed } from "./app/framed.tsx";
import { applyTheme, savedTheme } from "./app/theme.ts";
import "./styles/base.css";

applyTheme(savedTheme());
const isFramed = globalThis.top !== globalThis.self;
if (!isFramed) offerInConsole();
render(isFramed ? <Framed /> : <App />, document.getElementById("app")!);
