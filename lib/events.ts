/**
 * The way from what happens to the events of the library; nothing is made for an event that nobody listens to.
 *
 * Not here: emitting (`load-balancer.ts`), counting (`house.ts`).
 */
import type { Session, SessionListener } from './account/account.ts';
import type { SessionRecord, SessionStart } from './account/session.ts';
import type { ServerStateEvent } from './backend/states.ts';

/** An event with what it carries. */
export type Announcement =
  | { readonly event: 'connection'; readonly details: [SessionStart] }
  | { readonly event: 'close'; readonly details: [SessionRecord] }
  | { readonly event: 'serverState'; readonly details: [ServerStateEvent] }
  | { readonly event: 'drain'; readonly details: [] };

export class Events implements SessionListener {
  announce: (announcement: Announcement) => void = () => {};
  /** Whether anybody listens. */
  wanted: (event: Announcement['event']) => boolean = () => false;

  get asks(): boolean {
    return this.wanted('connection') || this.wanted('close');
  }

  sessionStarted(session: Session): void {
    if (this.wanted('connection')) this.announce({ event: 'connection', details: [session.start()] });
  }

  sessionConnected(): void {}

  sessionEnded(session: Session): void {
    if (this.wanted('close')) this.announce({ event: 'close', details: [session.record()] });
  }

  serverChanged(event: ServerStateEvent): void {
    if (this.wanted('serverState')) this.announce({ event: 'serverState', details: [event] });
  }
}
