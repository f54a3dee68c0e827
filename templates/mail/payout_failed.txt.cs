Subject: {{mail.payout_failed.subject amount=view.amount}}

{{mail.hello name=view.name}}

{{mail.payout_failed.text amount=view.amount ending=view.last4}}

<?cs if:view.reason ?>{{mail.payout.reason reason=view.reason}}

<?cs /if ?>{{mail.payout.do}}:
<?cs var:page.url ?><?cs var:view.path ?>

-- 
{{site.name}} · {{mail.foot}}
