// @vitest-environment jsdom
import { render, screen } from '@testing-library/vue';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemoryHistory, createRouter } from 'vue-router';
import ui from '@nuxt/ui/vue-plugin';
import { api } from '@/api/client';
import type { AdminEvent, EventStatus, Replay } from '@/api/types';
import { serverClock } from '@/features/time/use-now';
import { i18n } from '@/i18n';
import EventReplay from './EventReplay.vue';

// A canvas is what jsdom lacks.
vi.mock('./TimeChart.vue', () => ({ __esModule: true, default: { template: '<div />' } }));

const HOUR_MS = 3_600_000;

const told = (reservations: number, reserved = 0): Replay => ({
  eventId: 'drop',
  openedAt: new Date(serverClock.now() - HOUR_MS).toISOString(),
  bucketSeconds: 1,
  buckets: [],
  stockTotal: 5,
  unitsSold: reservations - reserved,
  revenue: [],
  conversion: {
    ...{ reservations, reserved, confirmed: reservations - reserved, shoppers: reservations },
    ...{ cancelled: 0, closed: 0, expired: 0 },
  },
  sellOutSeconds: null,
  peakOrdersPerSecond: 1,
  medianConfirmSeconds: null,
});

describe('the replay of a drop', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    return () => vi.useRealTimers();
  });

  function show(phase: EventStatus, endsIn: number) {
    const endsAt = new Date(serverClock.now() + endsIn).toISOString();
    const event = { id: 'drop', endsAt, closedAt: null } as AdminEvent;
    const router = createRouter({
      history: createMemoryHistory(),
      routes: [{ path: '/', component: { template: '<div />' } }],
    });
    return render(EventReplay, { props: { event, phase }, global: { plugins: [i18n, router, ui] } });
  }

  it('goes on while the drop is open, in words of the present, and no faster than every five seconds', async () => {
    const replay = vi.spyOn(api, 'replay').mockResolvedValue(told(0));
    const { emitted } = show('live', HOUR_MS);
    await vi.advanceTimersByTimeAsync(0);
    expect(screen.getByText('No orders yet.')).toBeInTheDocument();
    expect(emitted().loaded).toHaveLength(1);
    replay.mockResolvedValue(told(1));
    await vi.advanceTimersByTimeAsync(4_900);
    expect(replay).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(screen.getByText('Until now; the drop is open.')).toBeInTheDocument();
    expect(screen.getByText('Not yet')).toBeInTheDocument();
    expect(screen.getByText('None yet')).toBeInTheDocument();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(replay).toHaveBeenCalledTimes(6);
  });

  it('rests nine times as long as the answer took', async () => {
    const replay = vi.spyOn(api, 'replay').mockImplementation(async () => {
      await new Promise((done) => setTimeout(done, 2_000));
      return told(1);
    });
    show('live', HOUR_MS);
    await vi.advanceTimersByTimeAsync(2_000 + 17_900);
    expect(replay).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(replay).toHaveBeenCalledTimes(2);
  });

  it('tells the end when the drop has closed and the last hold is over, and then asks no more', async () => {
    const replay = vi.spyOn(api, 'replay').mockResolvedValue(told(2, 1));
    const { rerender } = show('live', 10);
    await vi.advanceTimersByTimeAsync(20);
    await rerender({ phase: 'closed' });
    await vi.advanceTimersByTimeAsync(12_000);
    expect(replay).toHaveBeenCalledTimes(4);
    replay.mockResolvedValue(told(2));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(screen.getByText('Not sold out')).toBeInTheDocument();
    expect(screen.getByText('None')).toBeInTheDocument();
    expect(screen.queryByText(/the drop is open/)).not.toBeInTheDocument();
    replay.mockClear();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(replay).not.toHaveBeenCalled();
  });

  it('of one that is long over asks once', async () => {
    const replay = vi.spyOn(api, 'replay').mockResolvedValue(told(0));
    show('closed', -HOUR_MS);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(replay).toHaveBeenCalledTimes(1);
    expect(screen.getByText('No orders were placed in this drop.')).toBeInTheDocument();
  });

  it('does not ask for a page that nobody sees, and does when it is seen again', async () => {
    const replay = vi.spyOn(api, 'replay').mockResolvedValue(told(1));
    show('live', HOUR_MS);
    const turn = (state: DocumentVisibilityState) => {
      vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
      document.dispatchEvent(new Event('visibilitychange'));
    };
    await vi.advanceTimersByTimeAsync(0);
    turn('hidden');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(replay).toHaveBeenCalledTimes(1);
    turn('visible');
    await vi.advanceTimersByTimeAsync(0);
    expect(replay).toHaveBeenCalledTimes(2);
  });
});
