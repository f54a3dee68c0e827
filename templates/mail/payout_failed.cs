{{!-- view .name .amount .last4 .reason .path (address below the site) --}}<?cs include!"mail/part/head.cs" ?>
<p>{{mail.hello name=view.name}}</p>
<p>{{mail.payout_failed.text amount=view.amount ending=view.last4}}</p>
<?cs if:view.reason ?><p>{{mail.payout.reason reason=view.reason}}</p><?cs /if ?>
<p><a class="button" href="<?cs var:page.url ?><?cs var:view.path ?>">{{mail.payout.do}}</a></p>
<p class="small">{{mail.button}}<br><?cs var:page.url ?><?cs var:view.path ?></p>
<?cs include!"mail/part/foot.cs" ?>
