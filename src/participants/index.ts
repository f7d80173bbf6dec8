// The door of the participants' room.
export type { ConnectionService, JsonObject } from './connection.service.ts';
export * from './decision.ts';
export * from './participant.commands.ts';
export { isPlainText } from './participant.input.ts';
export { createParticipants, type Participants, secretsSubject } from './participant.machine.ts';
export { setPositionLimit } from './participant.money.ts';
export type { KeyHolder, ParticipantsView } from './participant.register.ts';
export {
  type CapWish,
  type CoverWish,
  createParticipantService,
  type ParticipantService,
} from './participant.service.ts';
export * from './participant.ts';
export { type PublicKey, parsePublicKey } from './public-key.ts';
