"""The daily digest (日报): what it says, how it looks as a mail, as text and in Word, and the mail itself."""
