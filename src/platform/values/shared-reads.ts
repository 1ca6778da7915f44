/**
 * Lets those who ask for the same thing at the same time share one read. Whoever asks while a read is under way
 * gets the next one, never that one: it may have looked before what the asker has just done. So an answer
 * is as fresh as a read of one's own, and a crowd costs two reads at a time, however large it is.
 */
export class SharedReads<Value> {
  private readonly running = new Map<string, Promise<Value>>();
  private readonly next = new Map<string, Promise<Value>>();

  /** What `load` finds; `key` says all that it depends on. Those who share the answer share the object. */
  read(key: string, load: () => Promise<Value>): Promise<Value> {
    const running = this.running.get(key);
    if (!running) return this.start(key, load);
    let next = this.next.get(key);
    if (!next) {
      const start = () => this.start(key, load);
      next = running.then(start, start);
      this.next.set(key, next);
    }
    return next;
  }

  private start(key: string, load: () => Promise<Value>): Promise<Value> {
    this.next.delete(key);
    const running = load().finally(() => {
      if (this.running.get(key) === running) this.running.delete(key);
    });
    this.running.set(key, running);
    return running;
  }
}
