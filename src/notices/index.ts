// The door of the notices room.
export { createNoticeBook } from './notice.machine.ts';
export { createNotices } from './notices.ts';
