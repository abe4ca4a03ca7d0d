// What servers make of their answers on the way out (facts 12 and 13): pages for people, plain text, odd details.
import type { Quirks } from './fake-quirk.ts';
import type { Answer } from './fake-resource.ts';

export function garbled(answer: Answer, lies: Quirks): Answer {
  const { status, body, headers } = answer;
  if (status < 400) {
    if (!lies.has('json-only')) return answer;
    return { ...answer, headers: { ...headers, 'content-type': 'application/json' } };
  }
  if (lies.has('html-errors')) {
    return {
      status,
      text: `<!doctype html><title>${status}</title><h1>Oh no!</h1>`,
      headers: { ...headers, 'content-type': 'text/html; charset=utf-8' },
    };
  }
  if (status === 401 && lies.has('plain-text-401')) {
    return { status, text: 'Unauthorized', headers: { ...headers, 'content-type': 'text/plain' } };
  }
  if (lies.has('detail-not-string')) return { ...answer, body: { ...body, detail: { reason: ['odd', 7] } } };
  if (lies.has('extra-unknown-keys')) return { ...answer, body: { ...body, error: null, stack: [{}] } };
  return answer;
}
