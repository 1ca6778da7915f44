import 'uplot/dist/uPlot.min.css';
import { useDark } from '@vueuse/core';
import uPlot from 'uplot';
import { onBeforeUnmount, onMounted, useTemplateRef, watch } from 'vue';
import { useI18n } from 'vue-i18n';
import { observeSize } from '@/environment';

/** Steps of an axis that counts: half an order is none. */
export const WHOLE_STEPS = Array.from({ length: 7 }, (_, power) =>
  [1, 2, 5].map((n) => n * 10 ** power),
).flat();

/** The look of an axis, and a reader of the theme's colours, which uPlot wants as values. */
export interface ChartTheme {
  color: (property: string) => string;
  axis: uPlot.Axis;
}

/**
 * A uPlot in the element with the ref "box": as wide as that is, in the theme's colours, drawn again when these
 * or the language change. `data` is watched; if it gets another number of series, the chart is made anew from
 * `options`.
 */
export function useChart(
  heightPx: () => number,
  options: (theme: ChartTheme) => Omit<uPlot.Options, 'width' | 'height' | 'legend'>,
  data: () => uPlot.AlignedData,
): void {
  const box = useTemplateRef<HTMLElement>('box');
  let chart: uPlot | undefined;
  let stop: (() => void) | undefined;

  function draw() {
    chart?.destroy();
    if (!box.value) return;
    const style = getComputedStyle(document.documentElement);
    const color = (property: string) => style.getPropertyValue(property).trim();
    const axis = {
      stroke: color('--ui-text-muted'),
      grid: { stroke: color('--ui-border'), width: 1 },
      ticks: { show: false },
      font: '11px system-ui',
    };
    chart = new uPlot(
      {
        width: box.value.clientWidth,
        height: heightPx(),
        legend: { show: false },
        ...options({ color, axis }),
      },
      data(),
      box.value,
    );
  }

  onMounted(() => {
    draw();
    stop = observeSize(box.value as HTMLElement, () => {
      if (chart && box.value) chart.setSize({ width: box.value.clientWidth, height: heightPx() });
    });
  });
  // The theme's colours are there once the class is; an axis also says its units.
  watch([useDark(), useI18n().locale], () => setTimeout(draw));
  watch(data, (next, before) => (next.length === before.length ? chart?.setData(next) : draw()));
  onBeforeUnmount(() => {
    stop?.();
    chart?.destroy();
  });
}
