// Every way a mandate may go, as data: obeyed by the machine, and checked again by a SQL constraint
// that a test compares with this list.

export const LIVE_STATUSES = ['proposed', 'active', 'paused'] as const;
export const ENDED_STATUSES = ['declined', 'revoked', 'expired', 'finished'] as const;
export const MANDATE_STATUSES = [...LIVE_STATUSES, ...ENDED_STATUSES] as const;
export type MandateStatus = (typeof MANDATE_STATUSES)[number];

export const MANDATE_TRANSITIONS: readonly {
  /** `null`: it is made in this status. */
  readonly from: MandateStatus | null;
  readonly to: MandateStatus;
  readonly on: string;
}[] = [
  { from: null, to: 'proposed', on: 'a payee proposes it' },
  { from: null, to: 'active', on: 'a payer registers a standing order' },
  { from: 'proposed', to: 'active', on: 'the payer consents' },
  { from: 'proposed', to: 'declined', on: 'the payer declines' },
  { from: 'proposed', to: 'revoked', on: 'the payee takes it back' },
  { from: 'proposed', to: 'expired', on: 'nobody consented before its end' },
  { from: 'active', to: 'paused', on: 'the payer pauses it' },
  { from: 'paused', to: 'active', on: 'the payer resumes it' },
  { from: 'active', to: 'revoked', on: 'either side ends it' },
  { from: 'paused', to: 'revoked', on: 'either side ends it' },
  { from: 'active', to: 'expired', on: 'its end has come' },
  { from: 'paused', to: 'expired', on: 'its end has come' },
  { from: 'active', to: 'finished', on: 'all its payments were made' },
];

const allowed = new Set(MANDATE_TRANSITIONS.map(({ from, to }) => `${from ?? ''}>${to}`));

export const mayMove = (from: MandateStatus | null, to: MandateStatus): boolean =>
  allowed.has(`${from ?? ''}>${to}`);

export const isLive = (status: MandateStatus): boolean =>
  LIVE_STATUSES.some((live) => live === status);
