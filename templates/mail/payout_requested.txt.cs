Subject: {{mail.payout_requested.subject amount=view.amount}}

{{mail.hello name=view.name}}

{{mail.payout_requested.text amount=view.amount ending=view.last4}}

{{mail.payout.do}}:
<?cs var:page.url ?><?cs var:view.path ?>

-- 
{{site.name}} · {{mail.foot}}
