// Runs inside pdf.js's own viewer. Opens each PDF of /cases.json, and sends back where words are highlighted that are
// searched and that are selected: {case: {word: {searched: [box, …], selected: [box, …]}}}, with boxes as shares of the
// page's width and height.

const app = PDFViewerApplication;

function boxOf(rect, page) {
  const whole = page.getBoundingClientRect();
  const left = whole.left + page.clientLeft, top = whole.top + page.clientTop;
  return [(rect.left - left) / page.clientWidth, (rect.top - top) / page.clientHeight,
          (rect.right - left) / page.clientWidth, (rect.bottom - top) / page.clientHeight];
}

function once(name) {
  return new Promise(resolve => app.eventBus.on(name, resolve, { once: true }));
}

// The words of a case are different, so a highlight with other text is of the search before.
async function searched(word, page) {
  app.eventBus.dispatch("find", {
    source: window, type: "", query: word, caseSensitive: true, entireWord: false, highlightAll: true,
    findPrevious: false, matchDiacritics: true,
  });
  for (let tries = 0; tries < 50; tries++) {
    const spans = [...page.querySelectorAll(".textLayer .highlight")];
    if (spans.length && spans.map(span => span.textContent).join("") === word)
      return spans.map(span => boxOf(span.getBoundingClientRect(), page));
    await new Promise(next => setTimeout(next, 20));
  }
  return [];
}

function selected(word, page) {
  const walker = document.createTreeWalker(page.querySelector(".textLayer"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const start = node.data.indexOf(word);
    if (start >= 0) {
      const range = document.createRange();
      range.setStart(node, start);
      range.setEnd(node, start + word.length);
      return [...range.getClientRects()].map(rect => boxOf(rect, page));
    }
  }
  return [];
}

async function highlights({ url, words }) {
  const rendered = once("textlayerrendered");
  await app.open({ url });
  await rendered;
  const page = document.querySelector(".page");
  const found = {};
  for (const word of words) {
    const chosen = selected(word, page);
    found[word] = { selected: chosen, searched: await searched(word, page) };
  }
  return found;
}

async function main() {
  const cases = await (await fetch("/cases.json")).json();
  await app.initializedPromise;
  const results = {};
  for (const [name, each] of Object.entries(cases)) {
    try {
      results[name] = await highlights(each);
    } catch (error) {
      results[name] = { error: String(error) };
    }
  }
  await fetch("/results", { method: "POST", body: JSON.stringify(results) });
}

main();
