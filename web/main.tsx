/** Starts the pages: reads their configuration, connects to the node, and renders. */
import { render } from "preact";
import { App } from "./app/app.tsx";
import { offerInConsole } from "./app/console.ts";
import { applyTheme, savedTheme } from "./app/theme.ts";
import "./styles/base.css";

applyTheme(savedTheme());
offerInConsole();
render(<App />, document.getElementById("app")!);
