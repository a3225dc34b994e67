/** Something that changes from outside, and on whose state a test can wait. */
export class Watched {
  private readonly checks = new Set<() => void>();

  /** Waits until `find` gives something; it is asked now and after every change. */
  until<Found>(find: () => Found | undefined | false): Promise<Found> {
    return new Promise((resolve) => {
      const check = (): void => {
        const found = find();
        if (found === undefined || found === false) return;
        this.checks.delete(check);
        resolve(found);
      };
      this.checks.add(check);
      check();
    });
  }

  protected changed(): void {
    for (const check of this.checks) check();
  }
}
