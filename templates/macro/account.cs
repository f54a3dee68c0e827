{{!-- The pages of one's own account share these tabs. --}}<?cs
def:me_tabs() ?><nav class="tabs" aria-label="{{me.tabs}}"><?cs call:place("/me/profile", "user", "{{nav.profile}}", #0) ?><?cs call:place("/me/settings", "settings", "{{nav.settings}}", #0) ?><?cs call:place("/me/sessions", "shield", "{{nav.sessions}}", #0) ?></nav><?cs /def ?>
