"""Mail servers: logged in to, looked into and never changed; what is new is fetched and taken in."""
