import { Injectable } from '@nestjs/common';

/** An admin removes what somebody else wrote. */
export interface ModerationAct {
  actorId: string;
  target: 'review' | 'comment';
  targetId: string;
  authorId: string;
}

/**
 * Tells a module above, which this one may not import, of each act of moderation. It is told before the act
 * and can stop it by throwing: better an entry without its act than an act without a trace. The two cannot
 * be one transaction, since the act may be in another database.
 */
@Injectable()
export class Moderation {
  private readonly witnesses: ((act: ModerationAct) => Promise<void>)[] = [];

  witnessedBy(witness: (act: ModerationAct) => Promise<void>): void {
    this.witnesses.push(witness);
  }

  async announce(act: ModerationAct): Promise<void> {
    for (const witness of this.witnesses) await witness(act);
  }
}
