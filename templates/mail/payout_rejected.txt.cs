Subject: {{mail.payout_rejected.subject amount=view.amount}}

{{mail.hello name=view.name}}

{{mail.payout_rejected.text amount=view.amount}}

<?cs if:view.reason ?>{{mail.payout.reason reason=view.reason}}

<?cs /if ?>{{mail.payout.do}}:
<?cs var:page.url ?><?cs var:view.path ?>

-- 
{{site.name}} · {{mail.foot}}
