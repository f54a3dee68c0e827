{{!-- view .name .path (address below the site) .network .at (time) --}}<?cs include!"mail/part/head.cs" ?>
<p>{{mail.hello name=view.name}}</p>
<p>{{mail.password_changed.text}}</p>
<p>{{mail.password_changed.hint}}</p>
<p><a class="button" href="<?cs var:page.url ?><?cs var:view.path ?>">{{mail.password_changed.do}}</a></p>
<p class="small">{{mail.button}}<br><?cs var:page.url ?><?cs var:view.path ?></p>
<p class="small">{{mail.why network=view.network}}</p>
<?cs include!"mail/part/foot.cs" ?>
