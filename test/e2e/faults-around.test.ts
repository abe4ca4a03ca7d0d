// Whatever is broken around us, git says and does exactly what it would without us; and once it is mended, the next
// switch makes good what was missed.
import { test } from 'vitest';
import { FAULTS_AROUND } from '../support/faults-around.ts';
import { expectHarmless } from '../support/transparency.ts';

// Not `each`: it cuts names short.
for (const fault of FAULTS_AROUND)
  test.concurrent(fault.name, (context) => expectHarmless(fault, context.skip));
