// @vitest-environment jsdom
import userEvent from '@testing-library/user-event';
import { render, screen, waitFor } from '@testing-library/vue';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import ui from '@nuxt/ui/vue-plugin';
import { api } from '@/api/client';
import type { CatalogItem } from '@/api/types';
import { i18n } from '@/i18n';
import ItemPicker from './ItemPicker.vue';

const item = (name: string): CatalogItem => ({
  id: name.toLowerCase(),
  name,
  description: '',
  category: 'Kitchen',
  imageUrl: null,
  createdAt: '2026-01-01T00:00:00Z',
});

describe('the picker of a catalogue item', () => {
  beforeAll(() => {
    // What jsdom lacks of a list that is laid out.
    Element.prototype.scrollIntoView = () => undefined;
    Element.prototype.hasPointerCapture = () => false;
    vi.stubGlobal(
      'ResizeObserver',
      class {
        observe() {}
        unobserve() {}
        disconnect() {}
      },
    );
  });

  async function open() {
    const { emitted } = render(ItemPicker, {
      props: {
        chosen: item('Kettle'),
        taken: new Set(['kettle', 'mug']),
        newest: { data: [item('Mug'), item('Kettle')], nextCursor: 'more' },
      },
      global: { plugins: [i18n, ui] },
    });
    const user = userEvent.setup({ pointerEventsCheck: 0 });
    const field = screen.getByRole('combobox');
    expect(field).toHaveValue('Kettle');
    await user.click(field);
    await user.clear(field);
    return { emitted, user, field };
  }

  it('shows the newest, says that there are more, and offers nothing twice', async () => {
    const items = vi.spyOn(api, 'items');
    await open();
    expect(await screen.findByRole('option', { name: /Mug/ })).toHaveAttribute('data-disabled');
    expect(screen.getByText('Already in this drop')).toBeInTheDocument();
    expect(screen.getByText('There are more: type to narrow the list.')).toBeInTheDocument();
    expect(items).not.toHaveBeenCalled();
  });

  it('asks the shop for what one types, and hands on what one takes', async () => {
    const items = vi
      .spyOn(api, 'items')
      .mockResolvedValue({ data: [item('Lamp from long ago')], nextCursor: null });
    const { emitted, user, field } = await open();
    await user.type(field, ' long ');
    const found = await screen.findByRole('option', { name: /Lamp from long ago/ });
    await waitFor(() => expect(items).toHaveBeenLastCalledWith({ search: 'long' }));
    expect(screen.queryByText(/type to narrow/)).not.toBeInTheDocument();
    await user.click(found);
    expect(emitted().choose).toMatchObject([[{ id: 'lamp from long ago', name: 'Lamp from long ago' }]]);
  });
});
