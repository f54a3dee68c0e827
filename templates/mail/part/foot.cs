{{!-- Closes the HTML part of a mail. --}}
<p class="small">{{mail.foot}}<br><span lang="zu">Ngiyakwazi ngoba sikwazi</span></p>
</div>
</body>
</html>
