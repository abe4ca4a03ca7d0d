// What can be said to the commands of the log, as commander hands it over.
import type { Filters } from '../core/log/query.ts';

export interface ListOptions extends Filters {
  readonly number?: string;
  /** `true`: whole lines; else the fields that were asked for, with commas between. */
  readonly json?: string | true;
  readonly ndjson?: string | true;
  readonly csv?: boolean;
  readonly follow?: boolean;
  readonly utc?: boolean;
  /** False with `--no-pager`. */
  readonly pager?: boolean;
}

/** A point in time, in the words that `--since` takes. */
export interface AtOptions {
  readonly at?: string;
  readonly from?: readonly string[];
  readonly utc?: boolean;
}

export interface VerifyOptions {
  readonly from?: readonly string[];
  readonly against?: string;
  readonly allowedSigners?: string;
  /** Lines may be missing, or come twice: what a machine ships is only a part. */
  readonly partial?: boolean;
}

export interface ReportOptions extends Filters {
  readonly html: string;
}

export interface ExportOptions extends Filters {
  readonly format: 'ocsf' | 'csv' | 'ndjson';
}

export interface PushOptions {
  readonly all?: boolean;
}

export interface FormatOptions {
  /** `host:port`. */
  readonly to?: string | null;
}
