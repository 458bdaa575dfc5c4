/** Starts the pages: reads their configuration, connects to the node, and renders. */
import { render } from "preact";
import { App } from "./app/app.tsx";
import { applyTheme, savedTheme } from "./app/theme.ts";
import "./styles/base.css";

applyTheme(savedTheme());
render(<App />, document.getElementById("app")!);
