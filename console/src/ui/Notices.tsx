import { Icon } from './Icon.js';
import { dismiss, useNotices } from './notices.js';

export function Notices() {
  const notices = useNotices();
  return (
    <div className="notices" role="log" aria-live="polite" aria-label="Messages">
      {notices.map((notice) => (
        <div key={notice.id} className={`notice ${notice.tone ?? 'info'}`} role={notice.tone === 'error' ? 'alert' : undefined}>
          <span className="notice-text">{notice.text}</span>
          {notice.action && (
            <button
              type="button"
              className="button small"
              onClick={() => {
                notice.action?.run();
                dismiss(notice.id);
              }}
            >
              {notice.action.label}
            </button>
          )}
          <button type="button" className="icon-button" aria-label="Dismiss" onClick={() => dismiss(notice.id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
