{{!-- view .name .other .amount .fee .at .path (address below the site) --}}<?cs include!"mail/part/head.cs" ?>
<p>{{mail.hello name=view.name}}</p>
<p>{{mail.transfer_received.text amount=view.amount other=view.other}}</p>
<p><a class="button" href="<?cs var:page.url ?><?cs var:view.path ?>">{{mail.transfer.do}}</a></p>
<p class="small">{{mail.button}}<br><?cs var:page.url ?><?cs var:view.path ?></p>
<p class="small">{{mail.transfer_received.why}}</p>
<?cs include!"mail/part/foot.cs" ?>
