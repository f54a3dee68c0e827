Subject: {{mail.payout_approved.subject amount=view.amount}}

{{mail.hello name=view.name}}

{{mail.payout_approved.text amount=view.amount ending=view.last4}}

{{mail.payout.do}}:
<?cs var:page.url ?><?cs var:view.path ?>

-- 
{{site.name}} · {{mail.foot}}
