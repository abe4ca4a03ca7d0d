// What can be said to the commands of the log, as commander hands it over.

/** Which lines: a comma is an OR inside one of them, all of them together are an AND. */
export interface FilterOptions {
  readonly since?: string;
  readonly until?: string;
  readonly user?: string;
  readonly repo?: string;
  readonly branch?: string;
  readonly name?: string;
  readonly kind?: string;
  readonly outcome?: string;
  readonly id?: string;
  readonly grep?: string;
  readonly allRepos?: boolean;
  readonly from?: readonly string[];
}

export interface ListOptions extends FilterOptions {
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

export interface ReportOptions extends FilterOptions {
  readonly html: string;
}

export interface ExportOptions extends FilterOptions {
  readonly format: 'ocsf' | 'csv' | 'ndjson';
}

export interface PushOptions {
  readonly all?: boolean;
}

export interface FormatOptions {
  /** `host:port`. */
  readonly to?: string | null;
}
