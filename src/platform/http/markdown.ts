import { Marked } from 'marked';

/**
 * Renders our own documents; `marked` is maintained, without dependencies, and small. Raw HTML is shown as text.
 * A heading's id is its text, so that `/docs/problems#SOLD_OUT` leads to its entry.
 */
const marked = new Marked({
  renderer: {
    heading({ tokens, depth, text }) {
      return `<h${depth} id="${escapeHtml(text.replaceAll(' ', '-'))}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
    },
    html: ({ text }) => escapeHtml(text),
    // What is wider than the page scrolls by itself, for the keyboard too.
    code: ({ text }) => `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>\n`,
  },
});

export function renderMarkdown(markdown: string): string {
  return marked
    .parse(markdown, { async: false })
    .replaceAll('<table>', '<div class="scroll" tabindex="0"><table>')
    .replaceAll('</table>', '</table></div>');
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
