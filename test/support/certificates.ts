// Certificates as a company has them: an authority of its own, and what it signs. Made anew when they are first needed, with openssl.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Identity {
  readonly key: string;
  readonly cert: string;
}

export class Authority implements Disposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'scim-hook-ca-'));
  #made = false;

  #make(): void {
    if (this.#made) return;
    this.#made = true;
    this.#openssl(
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=Company -keyout ca.key -out ca.pem',
    );
  }

  /** What people are told to trust. */
  get file(): string {
    this.#make();
    return join(this.directory, 'ca.pem');
  }

  /** `names` as in a certificate: `DNS:idp.example.test`, `IP:127.0.0.1`. */
  sign(names: string): Identity {
    this.#make();
    writeFileSync(join(this.directory, 'names'), `subjectAltName=${names}\n`);
    this.#openssl(
      'req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=server -keyout server.key -out server.csr',
    );
    this.#openssl(
      'x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem',
    );
    return { key: this.#read('server.key'), cert: this.#read('server.pem') };
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  #openssl(args: string): void {
    execFileSync('openssl', args.split(' '), { cwd: this.directory, stdio: 'pipe' });
  }

  #read = (name: string): string => readFileSync(join(this.directory, name), 'utf8');
}
