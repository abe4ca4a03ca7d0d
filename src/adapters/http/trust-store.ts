// Whose certificates are accepted: those Node knows, and those in a file that the machine's owner named. And our own.
import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import type { Way } from '../../core/proxy.ts';
import { fail, ok, type Result } from '../../core/result.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** Whom we trust, and as whom we are known. */
export async function openTrust({
  caFile,
  client,
}: Pick<Way, 'caFile' | 'client'>): Promise<Result<SecureContext, string>> {
  const ca = caFile === null ? ok({}) : await readAuthorities(caFile);
  if (!ca.ok) return ca;
  if (client === undefined) return ok(createSecureContext(ca.value));
  const [cert, key] = await Promise.all([textOf(client.certFile), textOf(client.keyFile)]);
  if (cert === null || key === null)
    return fail(`the client certificate ${client.certFile}, or its key ${client.keyFile}, can't be read`);
  try {
    return ok(createSecureContext({ ...ca.value, cert, key }));
  } catch {
    return fail(
      `the client certificate ${client.certFile} and its key ${client.keyFile} can't be used together`,
    );
  }
}

/** Read and checked whole: of a file that is no such file, TLS would silently take nothing. */
async function readAuthorities(file: string): Promise<Result<{ ca: string[] }, string>> {
  // Else the file would be looked for below the current directory, where a branch may have put one.
  if (!isAbsolute(file)) return fail(`the CA file ${file} is not named by its whole path`);
  const text = await textOf(file);
  if (text === null) return fail(`the CA file ${file} can't be read`);
  const own = text.match(CERTIFICATE) ?? [];
  if (own.length === 0 || !own.every(isCertificate))
    return fail(`the CA file ${file} does not hold certificates in PEM`);
  // With a list of our own, Node leaves out both of its own.
  return ok({ ca: [...rootCertificates, ...(await extra()), ...own] });
}

/** What Node was told to trust when it started; what it couldn't read, it left out. */
async function extra(): Promise<string[]> {
  const file = process.env['NODE_EXTRA_CA_CERTS'] ?? '';
  const text = file === '' ? null : await textOf(file);
  return text?.match(CERTIFICATE)?.filter(isCertificate) ?? [];
}

/** Only of a file: a pipe might never end. */
async function textOf(path: string): Promise<string | null> {
  try {
    return (await stat(path)).isFile() ? await readFile(path, 'utf8') : null;
  } catch {
    return null;
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
