// Counts down to a deadline every second, on the server's clock, and turns red when it has passed.
export default {
  props: { due: Number, now: Number, left: String, over: String, days: String },
  template: `<span role="timer" class="qt-countdown" :class="state" :data-seconds="seconds">{{ words }}</span>`,
  data() {
    return { skew: this.now - Date.now(), moment: this.now };
  },
  computed: {
    seconds() {
      return Math.floor((this.due - this.moment) / 1000);
    },
    state() {
      if (this.seconds < 0) return "qt-over";
      return this.seconds < 300 ? "qt-soon" : "qt-left";
    },
    words() {
      const frame = this.seconds < 0 ? this.over : this.left;
      return frame.replace("{time}", this.span(Math.abs(this.seconds)));
    },
  },
  methods: {
    span(total) {
      const two = (number) => String(number).padStart(2, "0");
      const days = Math.floor(total / 86400);
      const hours = Math.floor(total / 3600) % 24;
      const rest = `${two(Math.floor(total / 60) % 60)}:${two(total % 60)}`;
      if (days) return this.days.replace("{days}", days).replace("{hours}", hours);
      return hours ? `${hours}:${rest}` : rest;
    },
  },
  mounted() {
    this.timer = setInterval(() => (this.moment = Date.now() + this.skew), 1000);
  },
  unmounted() {
    clearInterval(this.timer);
  },
};
