// The door of the participants' room.
export * from './decision.ts';
export * from './participant.commands.ts';
export { isPlainText } from './participant.input.ts';
export { createParticipants, secretsSubject } from './participant.machine.ts';
export type { KeyHolder, ParticipantsView } from './participant.register.ts';
export { createParticipantService } from './participant.service.ts';
export * from './participant.ts';
export { parsePublicKey } from './public-key.ts';
