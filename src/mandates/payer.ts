// Who pays under a mandate: the party that consented, wherever its aliases lead by now.
import type { ProblemCode } from '@hutong/sdk/contract';
import { subjectId } from '../journal/vault.ts';
import { openParty } from '../payments/party-file.ts';
import type { ResolvedParty } from '../payments/service.deps.ts';
import type { MandateBook } from './mandate.machine.ts';

export function createPayerOf(deps: {
  readonly book: Pick<MandateBook, 'mandate'>;
  readonly indexKey: Uint8Array;
  readonly isUsable: (connectionId: string) => boolean;
}): (mandateId: string) => Promise<ResolvedParty | ProblemCode> {
  return async (mandateId) => {
    const mandate = deps.book.mandate(mandateId);
    if (mandate === undefined) return 'resource_not_found';
    const { payerParticipantId: participantId, payerConnectionId: connectionId } = mandate;
    if (!deps.isUsable(connectionId)) return 'participant_not_active';
    const { account, name } = openParty(mandate.payer);
    // shredded: nobody can be asked any more
    if (account === '') return 'alias_not_found';
    const subject = subjectId(deps.indexKey, participantId, account);
    return { participantId, connectionId, account, name, subject };
  };
}
