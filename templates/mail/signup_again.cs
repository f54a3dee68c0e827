{{!-- view .name .path (address below the site) .network .at (time) --}}<?cs include!"mail/part/head.cs" ?>
<p>{{mail.hello name=view.name}}</p>
<p>{{mail.signup_again.text}}</p>
<p>{{mail.reset.hint}}</p>
<p><a class="button" href="<?cs var:page.url ?><?cs var:view.path ?>">{{mail.signup_again.do}}</a></p>
<p class="small">{{mail.button}}<br><?cs var:page.url ?><?cs var:view.path ?></p>
<p class="small">{{mail.why network=view.network}}</p>
<?cs include!"mail/part/foot.cs" ?>
