// What the academy tells everybody who works: that it is about to stop. Work is saved before it does.

const EVERY_MILLISECONDS = 20_000;
const LAST_SECONDS = 60;
// not counted as use of the server, which would keep it open for ever
const NOTICE = 'api/notice?no_track_activity=1';

export function watchNotice(app, lab, service, words) {
  let shown = null;
  let said = '';

  async function look() {
    const { notice } = await service.get(NOTICE);
    const text = words.of(notice);
    if (text !== said) {
      if (shown) {
        lab.apputils.Notification.dismiss(shown);
      }
      shown = text ? lab.apputils.Notification.warning(text, { autoClose: false }) : null;
    }
    if (notice && (text !== said || notice.seconds < LAST_SECONDS)) {
      await app.commands.execute('docmanager:save-all');
    }
    said = text;
  }

  const again = () => look().catch(() => {}); // the service is away, or this server belongs to none
  app.restored.then(again);
  setInterval(again, EVERY_MILLISECONDS);
}
