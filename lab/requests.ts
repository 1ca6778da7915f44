/** Request bytes for the load; built once per buyer where possible, since the load shares the machine. */
export class Requests {
  private readonly host: string;

  constructor(origin: string) {
    this.host = new URL(origin).host;
  }

  purchase(eventItemId: string, token: string, key: string): string {
    return (
      `POST /api/v1/purchase/${eventItemId} HTTP/1.1\r\nHost: ${this.host}\r\n` +
      `Authorization: Bearer ${token}\r\nIdempotency-Key: ${key}\r\nContent-Length: 0\r\n\r\n`
    );
  }

  resolve(orderId: string, act: 'confirm' | 'cancel', token: string): string {
    return (
      `POST /api/v1/purchase/${orderId}/${act} HTTP/1.1\r\nHost: ${this.host}\r\n` +
      `Authorization: Bearer ${token}\r\nContent-Length: 0\r\n\r\n`
    );
  }

  get(path: string): string {
    return `GET ${path} HTTP/1.1\r\nHost: ${this.host}\r\nAccept: application/json\r\n\r\n`;
  }

  login(email: string, password: string): string {
    const body = JSON.stringify({ email, password });
    return (
      `POST /api/v1/auth/login HTTP/1.1\r\nHost: ${this.host}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
    );
  }
}
