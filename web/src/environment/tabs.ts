/** Speaks with the shop's other tabs. Returns what tells them; silent where the browser has no such channel. */
export function openChannel(name: string, receive: (message: unknown) => void): (message: unknown) => void {
  try {
    const channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }) => receive(data);
    return (message) => channel.postMessage(message);
  } catch {
    return () => undefined;
  }
}

/** Runs the work while no other tab runs work of that name, where the browser can tell: on secure origins only. */
export async function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  let hasBegun = false;
  try {
    return (await navigator.locks.request(name, () => {
      hasBegun = true;
      return work();
    })) as T;
  } catch (error) {
    if (hasBegun) throw error;
    return work();
  }
}
