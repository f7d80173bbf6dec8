// The door of the signing room: the text half of RFC 9421, shared by SDK and switch.
export * from './message.ts';
export * from './parse.ts';
