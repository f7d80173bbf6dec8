// The door of the participants' room.
export * from './participant.commands.ts';
export {
  createParticipants,
  type Participants,
  type SecretsSubject,
} from './participant.machine.ts';
export { setPositionLimit } from './participant.money.ts';
export type { KeyHolder, ParticipantsView } from './participant.register.ts';
export * from './participant.ts';
