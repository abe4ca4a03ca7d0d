// What keeps somebody from reading or proving the log, in words.
import type { Failure } from '../core/failure.ts';
import type { ProofFailure } from '../core/log/proof-failure.ts';
import { diskWords } from './disk-words.ts';
import type { Words } from './words.ts';

const HOW_TO_SET =
  'Have git sign with an SSH key of yours:\n  git config --global gpg.format ssh\n  git config --global user.signingKey ~/.ssh/id_ed25519.pub';

type LogFailure = ProofFailure | Extract<Failure, { code: 'unknown-event' | 'ambiguous-event' }>;

export function logWords(failure: LogFailure): Words {
  const say = (message: string, remedy: string): Words => ({ message, remedy });
  switch (failure.code) {
    case 'unknown-event':
      return say(
        `The log has no event, line or lease ${failure.id}.`,
        'Ids and numbers (SEQ) stand in `scim-hook log` and `scim-hook log --json`; --from names other logs.',
      );
    case 'ambiguous-event':
      return say(
        `${failure.id} could be any of ${failure.candidates.join(', ')}.`,
        'Name more of the one you mean.',
      );
    case 'log-empty':
      return say(
        `There is no line in ${failure.directory} to sign.`,
        'It begins with the first `scim-hook install`.',
      );
    case 'log-end-altered':
      return say(
        `The last line of the log in ${failure.path} (seq ${failure.seq}) was altered, so it was not signed.`,
        '`scim-hook log verify` says what else was.',
      );
    case 'no-lines':
      return say(
        `${failure.path} has no line of a log in it, nor is it a checkpoint.`,
        'Name a file from `scim-hook log export --format ndjson`, `log --json`, a collector, or a checkpoint.',
      );
    case 'checkpoint-differs':
      return say(
        `${failure.path} is of the same line with another hash: the log was rewritten since, or is another one. Nothing was signed.`,
        '`scim-hook log verify` says where they differ. Keep that file: it is evidence.',
      );
    case 'signing-key-unset':
      return say(
        failure.format === null
          ? 'git knows no SSH key of yours to sign with.'
          : 'git is set to sign with SSH, but not with which key (user.signingKey).',
        HOW_TO_SET,
      );
    case 'signing-key-missing':
      return say(
        `The key that git signs with can't be read: ${failure.path} (user.signingKey).`,
        `${HOW_TO_SET}\nWhere the private key is in an agent: git config --global user.signingKey "key::ssh-ed25519 AAAA…"`,
      );
    case 'signing-format':
      return say(
        `git is set to sign with ${failure.format} (gpg.format); a checkpoint is signed with an SSH key.`,
        HOW_TO_SET,
      );
    case 'ssh-keygen-missing':
      return say(
        `${failure.program} ${failure.problem === 'ENOENT' ? 'was not found' : `can't be run: ${diskWords(failure.problem)}`}, so nothing was signed.`,
        'Install OpenSSH (8.1 or newer), or name it: `git config --global gpg.ssh.program PATH`.',
      );
    case 'not-signed':
      return notSigned(failure);
  }
}

function notSigned({ why, key, detail }: Extract<ProofFailure, { code: 'not-signed' }>): Words {
  switch (why) {
    case 'passphrase':
      return {
        message: `The key ${key} has a passphrase, and none was given that opens it. Nothing was signed.`,
        remedy: 'Run it in a terminal, or put the key into an agent first: `ssh-add`.',
      };
    case 'agent':
      return {
        message: `The SSH agent refused to sign with ${key} (${detail}).`,
        remedy: 'Unlock or confirm it there, then run it again.',
      };
    case 'no-private-key':
      return {
        message: `The private key for ${key} is neither beside it nor in an SSH agent. Nothing was signed.`,
        remedy: 'Put it into an agent (`ssh-add`), and see that SSH_AUTH_SOCK is set here.',
      };
    case 'late':
      return {
        message: `Nobody answered for ${key} within a minute. Nothing was signed.`,
        remedy: 'Run it in a terminal, where the key or its agent can ask you.',
      };
    case 'other':
      return {
        message: `ssh-keygen could not sign with ${key}: ${detail}`,
        remedy: 'Try the key alone: `ssh-keygen -Y sign -n test -f KEY FILE`.',
      };
  }
}
