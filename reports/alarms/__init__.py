"""What is alarming, when it is over, and how both are said: by mail and in chat groups, at once and once."""
