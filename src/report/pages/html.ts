/** HTML that is safe to put into a page as it is. */
export interface Html {
  readonly html: string;
}

type Part = string | number | Html | readonly Html[];

/** Builds HTML; every value that is not itself HTML is escaped. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { html: strings.map((text, i) => text + (i < parts.length ? show(parts[i] ?? '') : '')).join('') };
}

/** Nothing. */
export const none: Html = { html: '' };

function show(part: Part): string {
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part));
  return 'html' in part ? part.html : part.map((one) => one.html).join('\n');
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

export interface PageOptions {
  readonly title: string;
  readonly body: Html;
  /** Stands in the page's security policy and on its one style sheet. */
  readonly nonce: string;
}

/** A whole page without scripts: the editor's colours where there is an editor, else the system's light or dark. */
export function page({ title, body, nonce }: PageOptions): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'nonce-${nonce}';"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style nonce="${nonce}">
          ${{ html: style }}
        </style>
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html> `.html;
}

const style = `
:root { color-scheme: light dark; --fg: var(--vscode-foreground, CanvasText); --bg: var(--vscode-editor-background, Canvas);
  --soft: var(--vscode-descriptionForeground, light-dark(#5c5c5c, #a3a3a3));
  --line: var(--vscode-widget-border, var(--vscode-panel-border, #8884));
  --card: var(--vscode-sideBar-background, #8881); --link: var(--vscode-textLink-foreground, LinkText);
  --good: var(--vscode-charts-green, light-dark(#1f7a33, #6cc77f));
  --bad: var(--vscode-errorForeground, light-dark(#b3261e, #f2887f));
  --warn: var(--vscode-editorWarning-foreground, light-dark(#8a5a00, #e0b050)); }
body { margin: 0; color: var(--fg); background: var(--bg);
  font: var(--vscode-font-size, 14px)/1.55 var(--vscode-font-family, system-ui, sans-serif); }
main { max-width: 62rem; margin: 0 auto; padding: 1.6rem 2rem 3rem; }
h1 { font-size: 1.7em; font-weight: 600; margin: 0 0 .2rem; }
h2 { font-size: 1.15em; font-weight: 600; margin: 2rem 0 .6rem; }
p { margin: .3rem 0; }
.soft { color: var(--soft); }
.figures { display: flex; flex-wrap: wrap; gap: .7rem; margin: 1.2rem 0; padding: 0; list-style: none; }
.figures li { min-width: 6.5rem; padding: .6rem 1rem .5rem; border: 1px solid var(--line); border-radius: 6px; background: var(--card); }
.figures b { display: block; font-size: 1.6em; font-weight: 600; line-height: 1.2; }
.items { margin: 0; padding: 0; list-style: none; border-top: 1px solid var(--line); }
.items > li { display: grid; grid-template-columns: 1.4rem 1fr; padding: .55rem .2rem; border-bottom: 1px solid var(--line); }
.items .mark { font-weight: 700; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
.how { margin: .15rem 0 0; color: var(--soft); font-size: .93em; overflow-wrap: anywhere; }
.how b { font-weight: 400; color: var(--fg); }
code { font-family: var(--vscode-editor-font-family, ui-monospace, monospace); font-size: .93em; overflow-wrap: anywhere; }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
table { border-collapse: collapse; } th { text-align: left; font-weight: 600; }
td, th { padding: .35rem 2.5rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
.acts a { margin-right: 1.4rem; }
`;
