/** The style sheet of all pages. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ink: #1b1f24;
  --soft: #57606a;
  --line: #d0d7de;
  --back: #f3f5f8;
  --card: #fff;
  --accent: #0f5bb5;
  --alert: #a1260d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e8ebef;
    --soft: #a3adb8;
    --line: #3b444e;
    --back: #14181d;
    --card: #1e242b;
    --accent: #7ab7ff;
    --alert: #ff9c8a;
  }
}
* {
  box-sizing: border-box;
}
body {
  margin: 0;
  min-height: 100vh;
  display: grid;
  place-items: center;
  padding: 1rem;
  background: var(--back);
  color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif;
}
main {
  width: 100%;
  max-width: 27rem;
  padding: 2rem;
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: .75rem;
}
h1 {
  margin: 0 0 .5rem;
  font-size: 1.35rem;
}
h2 {
  margin: 1.25rem 0 .5rem;
  font-size: 1rem;
}
p {
  margin: .5rem 0 1rem;
}
.soft, footer {
  color: var(--soft);
  font-size: .875rem;
}
footer {
  margin-top: 1.5rem;
  padding-top: 1rem;
  border-top: 1px solid var(--line);
}
.alert {
  color: var(--alert);
}
ul {
  margin: 0 0 1rem;
  padding-left: 1.25rem;
}
code {
  font-size: .875rem;
  overflow-wrap: anywhere;
}
button {
  display: block;
  width: 100%;
  margin: .5rem 0;
  padding: .625rem .875rem;
  border: 1px solid var(--line);
  border-radius: .5rem;
  background: transparent;
  color: inherit;
  font: inherit;
  text-align: left;
  cursor: pointer;
}
button:hover {
  border-color: var(--accent);
}
button:focus-visible {
  outline: 3px solid var(--accent);
  outline-offset: 2px;
}
button.main {
  background: var(--accent);
  border-color: var(--accent);
  color: var(--card);
  text-align: center;
}
button small {
  display: block;
  color: var(--soft);
}
`;
