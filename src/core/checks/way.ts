// How requests go to the directory, where that is not straight: said, because a proxy is set in one place and felt in another.
import { type Finding, fine } from '../finding.ts';
import { parseProxy, type Way } from '../proxy.ts';

/** Nothing where nothing is set; a proxy that can't be used is told by the request that fails. */
export function checkWay({ proxy, caFile }: Way): Finding[] {
  const parsed = proxy === null ? null : parseProxy(proxy);
  const through = parsed?.ok === true ? [`Requests go through the proxy ${parsed.value.name}.`] : [];
  const trusted = caFile === null ? [] : [`Certificates of the authorities in ${caFile} are trusted too.`];
  const says = [...through, ...trusted].join(' ');
  return says === '' ? [] : [fine('proxy', says)];
}
