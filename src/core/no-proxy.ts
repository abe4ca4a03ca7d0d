// Whom NO_PROXY spares the proxy: `*`, hosts with all below them, `host:port`, IPv4 ranges (as curl, and what others added).

export function isSpared(list: string, url: URL): boolean {
  const host = bare(url.hostname);
  const port = url.port === '' ? '443' : url.port;
  return list.split(/[\s,]+/).some((item) => item !== '' && covers(item, host, port));
}

function covers(item: string, host: string, port: string): boolean {
  if (item === '*') return true;
  // More colons than one are an IPv6 address, which has a port only behind its brackets.
  const [, named, only] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(item) ?? [null, item, port];
  if (Number(only) !== Number(port)) return false;
  const name = bare(named ?? '').replace(/^\*?\./, '');
  if (name.includes('/')) return isInRange(host, name);
  if (name === '') return false;
  return host === name || (addressOf(host) === null && host.endsWith(`.${name}`));
}

const bare = (host: string): string => host.toLowerCase().replace(/^\[|\]$|\.$/g, '');

function isInRange(host: string, range: string): boolean {
  const [start = '', bits = ''] = range.split('/');
  const [own, first] = [addressOf(host), addressOf(start)];
  if (own === null || first === null || !/^\d{1,2}$/.test(bits) || Number(bits) > 32) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(own / size) === Math.floor(first / size);
}

/** An IPv4 address as a number; null for a name. */
const addressOf = (host: string): number | null =>
  /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host)
    ? host.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
    : null;
