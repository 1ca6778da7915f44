import { tokens } from '@/api/client';
import { networkProblem, problemOf } from '@/api/problem';

/**
 * Saves a drop's orders as the server writes them. No limit in time: a large drop takes as long as it
 * takes, and the reader sees that it goes on. @throws ApiProblem
 */
export async function downloadOrders(eventId: string): Promise<void> {
  const token = await tokens.current();
  let response: Response;
  let file: Blob;
  try {
    response = await fetch(`/api/v1/admin/events/${eventId}/orders.csv`, {
      signal: tokens.signal,
      headers: token ? { authorization: `Bearer ${token}` } : {},
    });
    if (!response.ok) throw await problemOf(response);
    file = await response.blob();
  } catch (error) {
    // A file that was cut short is no file.
    throw error instanceof TypeError || error instanceof DOMException ? networkProblem() : error;
  }
  const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1];
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name ?? 'orders.csv';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
