// The door of the transparency room.
export type { CheckReport, Report } from './verify.report.ts';
export { verify } from './verify.ts';
